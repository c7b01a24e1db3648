"""A long load with everything wrong in it, against the running stack: `python -m bench.soak`.

Faults: events sent twice, late, and poisoned in every way the producer knows; on request Postgres
stopped at once for 20 s and Connect killed with -9 in the middle of the load.
Promise: without anyone's help, every event is acknowledged and in the topic; the sink has exactly
the last good value of every key; every poisoned record, and no other, is a dead letter with a
reason; the connector runs at the end.
Check: the topic is read record by record, by code that shares nothing with the registrar's; every
key, value and origin is compared.

It is not part of `make bench`: it fills the stack, and its faults stop services.
"""
