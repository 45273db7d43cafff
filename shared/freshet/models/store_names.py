"""How stores are called in logs and labels: never by a secret that their URLs may hold."""

import re

_HOST = re.compile(r"(?:[^/@]*@)?([A-Za-z0-9._-]{1,64}(?::\d{1,5})?)(?=$|[/?#])")
_USER = re.compile(r"//[^\s@]*@")
_QUERY = re.compile(r"\?[^\s'\"]+")

#: Of what a driver says, at most; some say whole pages.
_MAX_TEXT = 400


def store_of(url: str) -> str:
    """The store of a URL, as scheme and bucket or host: few of them, whatever is in them.

    >>> store_of("s3://models/attentive/1"), store_of("https://ada:engine@models.example:8443/1?k=2")
    ('s3://models', 'https://models.example:8443')
    >>> store_of("file:///var/lib/models/1"), store_of("models/1")
    ('file', 'file')
    """
    # Of a chain such as `simplecache::s3://…` the last is what is reached.
    scheme, separator, rest = url.rpartition("::")[2].partition("://")
    if not separator:
        return "file"
    host = _HOST.match(rest)
    scheme = re.sub(r"[^A-Za-z0-9+.-]", "", scheme)[:16]
    return scheme if host is None or scheme in ("file", "local") else f"{scheme}://{host[1]}"


def masked(text: str) -> str:
    """A text for the log: without users, passwords and queries of URLs, one line, not too long.

    >>> masked("https://ada:engine@host/model?signature=abc is not there")
    'https://***@host/model?*** is not there'
    """
    shown = _QUERY.sub("?***", _USER.sub("//***@", text))
    return "".join(one if one.isprintable() else " " for one in shown)[:_MAX_TEXT]
