"""`python -m services.cli`: the same as `doudi`."""

from services.cli import main

main()
