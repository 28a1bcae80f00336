"""The order of the stages, with retries, quarantine and progress."""
