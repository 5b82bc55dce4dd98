"""What the process does first from which programs are forked: each of them would have to do it anew."""

import gc

from tests.compiled_once import compile_everything, compile_once

compile_once()
compile_everything()
# What is there by now stays: each program would look through it again, and so have a copy of all of it.
gc.collect()
gc.freeze()
