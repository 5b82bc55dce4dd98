"""What the process does first from which programs are forked: each of them would have to do it anew."""

from tests.compiled_once import compile_everything, compile_once

compile_once()
compile_everything()
