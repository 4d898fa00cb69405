"""Enrich each article in a worker process, so that a crash or a hang costs one article.

pool            the worker processes: which article goes where, which one is blamed
job_queue       the articles that wait for a worker process
worker_process  the worker's connection to one worker process
fork_client     starts the fork server and asks it to fork and reap
fork_server     the main program of the process that loads the model and forks
framing         messages and outcomes as bytes
processor       what a worker process does with one message
in_order        many articles in order, for the command line

Why not a pool of the standard library or of a package? They were compared:

- `multiprocessing` with the start method `forkserver` and `set_forkserver_preload` shares the model's memory as we do.
  But its `Pool` and `concurrent.futures.ProcessPoolExecutor` do not say which task a dead process was working on:
  the first loses the task, the second fails all tasks with `BrokenProcessPool`. Neither has a time limit per task.
- `pebble.ProcessPool` has both: a timeout per task, and `ProcessExpired` with the exit code. It also replaces processes
  after `max_tasks`. It does not count CPU time, so an article is blamed for a busy machine.

None of them ends the processes when the worker is killed, freezes the garbage collector before forking, gives the
processes an OOM score and a lower priority, or retries an article once and then refuses it. All of them unpickle the
results (see `framing` for why we do not). Code for these needs would have been as long as this package.
"""
