"""Files shipped with the package: taxonomy, languages, small trained artefacts (scripts under tools/)."""
