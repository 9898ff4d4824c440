"""`python -m hitscope.batch`, the same as `hitscope-batch`; spark-submit is given this file."""

import sys

from hitscope.batch.cli import main

if __name__ == "__main__":
    sys.exit(main())
