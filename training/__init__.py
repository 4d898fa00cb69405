"""Train the shipped language model and the type model of the events. The service imports nothing from here."""
