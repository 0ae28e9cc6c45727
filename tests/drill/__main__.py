import sys

from tests.figures import main

sys.exit(main("tests.drill", sys.argv[1:]))
