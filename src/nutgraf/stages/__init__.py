"""The pure stages of the pipeline: values in, values out; no clock, no network, no database."""
