"""Makes pictures that strangers send safe to show: checked, encoded anew, without metadata.

`headers` reads what a file claims to be, in Python and in bounded time; any process may call it.
Decoding is left to `worker`, a process with limits of memory, time and file size, which
`processing.process` starts for each picture. The worker imports neither Django nor the models.
"""
