"""The one way out of the program."""

from nutgraf.adapters.http.client import HttpFetcher
from nutgraf.adapters.http.options import FetchOptions

__all__ = ["FetchOptions", "HttpFetcher"]
