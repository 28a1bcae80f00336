"""An Article to a Draft, by any writer."""
