"""Whether the worker does its work, and how others learn of it.

watchdog      judges the worker every few seconds, and stops one that is stuck
broker_probe  asks the brokers where the partitions end, with a client of its own
loop_guard    measures how late the event loop is, and ends a process whose loop is blocked
web           /metrics, /livez, /readyz and /resume
"""
