"""The child's side of `confined`: takes its bounds upon itself, and only then loads what does the work."""

import importlib
import resource
import sys


def main() -> None:
    seconds, memory, answer, module = sys.argv[1:5]
    bounds = {
        resource.RLIMIT_CPU: int(seconds),
        resource.RLIMIT_AS: int(memory),
        resource.RLIMIT_FSIZE: int(answer),
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: 64,
    }
    for what, limit in bounds.items():
        resource.setrlimit(what, (limit, limit))
    sys.exit(importlib.import_module(module).main(sys.argv[5:]))


if __name__ == "__main__":
    main()
