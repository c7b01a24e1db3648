"""`watch`: keeps connectors running.

Connect never restarts a task that failed. The watcher does what a person on call would do, and logs
each step: `causes` reads the trace, `monitor` decides, `state` remembers, `progress` sees a task
that is dead behind the word RUNNING.
"""
