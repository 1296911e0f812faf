"""Everything that is tested and measured. numpy's linear algebra gets one thread, as in the functions: a worker has one core, and threads
that wait for each other on a busy machine take forty times as long."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read when numpy is imported
