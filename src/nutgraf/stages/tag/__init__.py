"""An Article to topics of the taxonomy."""
