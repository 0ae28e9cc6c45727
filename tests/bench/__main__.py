import sys

from tests.figures import main

sys.exit(main("tests.bench", sys.argv[1:]))
