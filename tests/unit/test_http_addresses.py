"""The address policy: tables after the IANA special-purpose registries, and addresses written to deceive."""

from __future__ import annotations

import pytest

from nutgraf.adapters.http.addresses import AddressPolicy, parse_allowed_endpoint
from nutgraf.errors import Blocked, ConfigError, FetchError

PUBLIC = [
    "1.1.1.1",
    "11.0.0.1",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.1",
    "169.253.1.1",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.1",
    "192.167.255.255",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "2000::1",
    "2001:200::1",
    "2001:db7::1",
    "2003::1",
    "2a00:1450:4001:80b::200e",
    "3ffe::1",
    "3fff:1000::1",
    "::ffff:9.9.9.9",
    "64:ff9b::9.9.9.9",
    "2002:909:909::1",
]
REFUSED = [
    "0.0.0.0",
    "0.1.2.3",
    "10.255.255.255",
    "100.64.0.1",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.0.9",
    "192.0.0.10",
    "192.0.2.7",
    "192.31.196.1",
    "192.52.193.1",
    "192.88.99.1",
    "192.168.1.1",
    "192.175.48.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::9.9.9.9",  # IPv4-compatible is no public space, whatever it holds
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:0:127.0.0.1",
    "64:ff9b::127.0.0.1",
    "64:ff9b::a00:1",
    "64:ff9b:1::9.9.9.9",
    "100::1",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",  # Teredo
    "2001:2::1",
    "2001:10::1",
    "2001:20::1",
    "2001:1ff:ffff::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "2002:a9fe:a9fe::",
    "2620:4f:8000::1",
    "3fff::1",
    "3fff:fff::1",
    "4000::1",
    "5f00::1",
    "fc00::1",
    "fd12:3456:789a::1",
    "fe80::1",
    "fe80::1%eth0",
    "2a00:1450::1%eth0",
    "fec0::1",
    "ff02::1",
    "not an address",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_may_be_connected_to(address):
    AddressPolicy().check_address(address, 443)


@pytest.mark.parametrize("address", REFUSED)
def test_special_addresses_are_refused(address):
    with pytest.raises(Blocked) as caught:
        AddressPolicy().check_address(address, 443)
    assert caught.value.code == "blocked_address"
    assert not caught.value.retryable


def policy(*allowed):
    return AddressPolicy(map(parse_allowed_endpoint, allowed))


@pytest.mark.parametrize(
    ("allowed", "address", "port", "passes"),
    [
        ("127.0.0.0/8:8322", "127.0.0.1", 8322, True),
        ("127.0.0.0/8:8322", "127.9.9.9", 8322, True),
        ("127.0.0.0/8:8322", "::ffff:127.0.0.1", 8322, True),
        ("127.0.0.0/8:8322", "127.0.0.1", 80, False),
        ("127.0.0.0/8:8322", "::1", 8322, False),
        ("127.0.0.0/8:8322", "10.0.0.1", 8322, False),
        ("127.0.0.0/8:8322", "9.9.9.9", 8322, False),  # the odd port is for the private network only
        ("127.0.0.0/8:8322", "9.9.9.9", 443, True),
        ("[::1]/128:8322", "::1", 8322, True),
        ("[fd00::]/8:80", "fd00::5", 80, True),
        ("192.168.7.3:8080", "192.168.7.3", 8080, True),
        ("192.168.7.3:8080", "192.168.7.4", 8080, False),
    ],
)
def test_allowed_networks_are_allowed_on_their_port(allowed, address, port, passes):
    tested = policy(allowed)
    if passes:
        tested.check_address(address, port)
    else:
        with pytest.raises(Blocked):
            tested.check_address(address, port)


@pytest.mark.parametrize(
    ("allowed", "name", "address", "passes"),
    [
        ("10.0.0.0/8:8080", "", "10.0.0.5", True),
        ("10.0.0.0/8:8080", "evil.example", "10.0.0.5", False),
        ("10.0.0.0/8:8080", "localhost", "10.0.0.5", False),
        ("127.0.0.0/8:8080", "localhost", "127.0.0.1", True),
        ("127.0.0.0/8:8080", "localhost", "::ffff:127.0.0.1", True),
        ("127.0.0.0/8:8080", "localhost.evil.example", "127.0.0.1", False),
        ("nas.home:8080", "nas.home", "10.0.0.5", True),
        ("NAS.home:8080", "nas.home", "fd00::5", True),
        ("nas.home:8080", "evil.example", "10.0.0.5", False),
        ("nas.home:8080", "", "10.0.0.5", False),
        ("nas.home:8080", "nas.home", "169.254.169.254", False),
        ("nas.home:80", "nas.home", "10.0.0.5", False),
    ],
)
def test_a_name_leads_to_a_private_address_only_where_it_is_allowed_itself(allowed, name, address, passes):
    if passes:
        policy(allowed).check_address(address, 8080, name=name)
    else:
        with pytest.raises(Blocked) as caught:
            policy(allowed).check_address(address, 8080, name=name)
        assert caught.value.code == "blocked_address"


def test_the_operators_own_servers_are_known_by_address_or_name():
    tested = policy("10.0.0.0/8:8080", "nas.home:8081")
    assert tested.is_private("10.0.0.5", 8080)
    assert tested.is_private("nas.home", 8081)
    assert not tested.is_private("nas.home", 8080)
    assert not tested.is_private("evil.example", 8080)


@pytest.mark.parametrize(
    "text",
    ["", "127.0.0.1", "127.0.0.0/8", "127.0.0.0/33:80", "127.1:80", "ho st:80", "10.0.0.0/8:0", "nas:0", "::1:x"],
)
def test_an_unreadable_allowance_is_a_configuration_error(text):
    with pytest.raises(ConfigError) as caught:
        parse_allowed_endpoint(text)
    assert text in caught.value.message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://news.example/a?b=c#d", "https://news.example/a?b=c"),
        ("HTTP://News.Example:80", "http://news.example"),
        ("http://news.example:8443/", "http://news.example:8443/"),
        (" https://news.example/two words ", "https://news.example/two%20words"),
        ("https://bücher.example/ä", "https://xn--bcher-kva.example/%C3%A4"),
        ("https://news.example./", "https://news.example./"),
        ("https://9.9.9.9/", "https://9.9.9.9/"),
        ("https://[2a00:1450::1]/", "https://[2a00:1450::1]/"),
        ("https://news.example/a%2Fb%2Cc?sig=a%2Bb%2F%3D&to=https%3A%2F%2Fz", None),
        ("https://news.example/a,b;c(d)/e+f@g?h=i+j&k[]=1,2;3/4?5", None),
        ("https://news.example/100%", None),
        ('https://news.example/?q=ö x|"', "https://news.example/?q=%C3%B6%20x%7C%22"),
        ("https://news.example/a/../b/./c?d=..", "https://news.example/b/c?d=.."),
        ("https://news.example?x", "https://news.example/?x"),
    ],
)
def test_ordinary_addresses_are_normalised(text, expected):
    assert str(AddressPolicy().check_url(text)).rstrip("/") == (expected or text).rstrip("/")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("ftp://news.example/", "blocked_url"),
        ("file:///etc/passwd", "blocked_url"),
        ("gopher://news.example/", "blocked_url"),
        ("news.example/feed", "blocked_url"),
        ("javascript:alert(1)", "blocked_url"),
        ("https://user@news.example/", "blocked_url"),
        ("https://user:word@news.example/", "blocked_url"),
        ("https://:word@news.example/", "blocked_url"),
        ("https://news.example:22/", "blocked_url"),
        ("https://news.example:6379/", "blocked_url"),
        ("https://news.example:0/", "blocked_url"),
        ("http://127.1/", "blocked_url"),
        ("http://0x7f.0.0.1/", "blocked_url"),
        ("http://0x7f000001/", "blocked_url"),
        ("http://2130706433/", "blocked_url"),
        ("http://0177.0.0.1/", "blocked_url"),
        ("http://127.0.0.1./", "blocked_url"),
        ("http://%31%32%37.0.0.1/", "blocked_url"),
        ("http://a b.example/", "blocked_url"),
        ("http://a..example/", "blocked_url"),
        ("http://" + "a" * 64 + ".example/", "blocked_url"),
        ("http://" + "a." * 130 + "example/", "blocked_url"),
        ("http://127.0.0.1/", "blocked_address"),
        ("http://①②⑦.0.0.1/", "blocked_address"),
        ("http://127。0。0。1/", "blocked_address"),
        ("http://１２７.0.0.1/", "blocked_address"),
        ("http://169.254.169.254/latest/meta-data/", "blocked_address"),
        ("http://[::1]/", "blocked_address"),
        ("http://[::]/", "blocked_address"),
        ("http://[::ffff:127.0.0.1]/", "blocked_address"),
        ("http://[::ffff:7f00:1]/", "blocked_address"),
        ("http://[fe80::1%25eth0]/", "blocked_address"),
        ("http://[64:ff9b::127.0.0.1]/", "blocked_address"),
        ("http://", "bad_url"),
        ("http:///feed", "bad_url"),
        ("https://[::1", "bad_url"),
        ("https://news.example:port/", "bad_url"),
        ("https://news.example:99999/", "bad_url"),
        ("https://evil.example\\@news.example/", "bad_url"),
        ("https://news.example/\r\nHost: evil", "bad_url"),
        ("https://new\ts.example/", "bad_url"),
        ("https://\ud800.example/", "bad_url"),
        ("https://news.example/" + "a" * 9_000, "bad_url"),
    ],
)
def test_other_addresses_are_refused(text, code):
    with pytest.raises(FetchError) as caught:
        AddressPolicy().check_url(text)
    assert caught.value.code == code
    assert not caught.value.retryable
    assert isinstance(caught.value, Blocked) == code.startswith("blocked")


def test_an_allowed_port_may_be_written_but_is_checked_again_when_connected():
    tested = policy("127.0.0.0/8:8322")
    assert tested.check_url("http://news.example:8322/").port == 8322
    with pytest.raises(Blocked):
        tested.check_url("http://9.9.9.9:8322/")
    assert tested.is_private("127.0.0.1", 8322)
    assert not tested.is_private("9.9.9.9", 443)
    assert not tested.is_private("news.example", 8322)
