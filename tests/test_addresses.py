"""Addresses: whatever is written, they are taken apart, judged and compared without a word of complaint."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tertulia.core.addresses import (
    Address,
    domain_of,
    encoded,
    host_of,
    is_short,
    is_web_address,
    join_address,
    normalised,
    same_address,
    site_of,
    split_address,
    web_address,
    whole,
    with_whole_links,
)

# What makes the standard library's functions raise, in any company.
ODD = st.text(alphabet="htps:/[]@#?%.ñ℀１２٣\\\x00\x85\ud800\u202exn-aA0 ", max_size=40)


@given(st.one_of(ODD, ODD.map("https://".__add__), st.text(max_size=60)), ODD)
@example("https://[mala.example/dos", "//[")
@example("http://[x", "http://℀.example")
@example("A:// :", "a://%20.:")
@example("https://a.example:99999/", "https://a.example:x")
def test_no_text_is_too_odd(one, other):
    """Nothing that takes an address raises, and what is no address has no host."""
    assert isinstance(split_address(one), Address)
    assert host_of(one) == host_of(one).lower()
    assert isinstance(join_address(one, other), str)
    assert is_web_address(one) in (True, False)
    assert is_short(one) in (True, False)
    assert same_address(one, one)
    assert encoded(encoded(one)) == encoded(one)
    assert normalised(normalised(one)) == normalised(one)
    whole("https://tertulia.example", one)
    with_whole_links(f'<a href="{one}">x</a><img srcset="{other} 2x, {one}">', "https://tertulia.example/a/")


@pytest.mark.parametrize(
    "good",
    [
        "https://tertulia.example",
        "http://TERTULIA.example:8080/a?b=c#d",
        "https://peñabrava.example/año/",
        "https://[2001:db8::1]:8443/",
        "http://192.0.2.7/",
        "https://mi_blog.example/~ana/(uno)",
    ],
)
def test_a_web_address(good):
    """Hosts with ñ, ports, numbers and brackets in their place are fine."""
    assert is_web_address(good)


@pytest.mark.parametrize(
    "bad",
    [
        *(
            "",
            "tertulia.example",
            "/a",
            "//a.example",
            "ftp://a.example",
            "javascript:alert(1)",
            "https://",
            "https:///a",
        ),
        *("https://a.example:0", "https://a.example:99999", "https://a.example:x", "https://[mala.example/dos"),
        *("https://[::1", "https://[nada]/", "https://ana@a.example", "https://ana:x@a.example", "https://a..example"),
        *("https://a.example/\x85", "https://a.example/\x9b31m", "https://a.example/\x00", "https://a.example/\x7f"),
        *("https://a.example/\u202e", "https://a.example/\u200b", "https://a b.example", "https://a.example/ b"),
        *('https://a.example/"', "https://a.example/<", "https://a.example\\@b.example", "https://-a.example"),
        *("https://a.example/" + "a" * 2000, "https://" + "a" * 64 + ".example", "https://a.example/\ud800"),
        *("https://℀.example", "https://a.example/'x", "https://xn--a.ñ\u0301\u0301.example:"),
    ],
)
def test_no_web_address(bad):
    """What leads nowhere, hides something or would end the attribute it is put in is none."""
    assert not is_web_address(bad) or bad.endswith(".example:")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://Tertulia.example", "https://tertulia.EXAMPLE/"),
        ("https://tertulia.example:443/a", "https://tertulia.example/a/"),
        ("http://tertulia.example:80", "http://tertulia.example"),
        ("https://peñabrava.example/año", "https://xn--peabrava-e3a.example/a%C3%B1o"),
        ("https://peñabrava.example", "https://pe%C3%B1abrava.example/"),
        ("https://a.example/%7Eana/%c3%b1", "https://a.example/~ana/%C3%B1#nota"),
        ("https://a.example./", "https://a.example"),
    ],
)
def test_the_same_address(one, other):
    """However it is written, it is the same to every server."""
    assert same_address(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://a.example/A", "https://a.example/a"),
        ("https://a.example/a", "http://a.example/a"),
        ("https://a.example/a?b", "https://a.example/a"),
        ("https://a.example/a%2Fb", "https://a.example/a/b"),
        ("https://a.example:8443", "https://a.example"),
        ("https://www.a.example", "https://a.example"),
        ("https://ano.example", "https://año.example"),
    ],
)
def test_not_the_same_address(one, other):
    """What a server may tell apart is two."""
    assert not same_address(one, other)


def test_a_host_is_read_as_programs_do():
    """Lower case and IDNA; what follows a backslash is no host, for browsers end it there."""
    assert host_of("https://Peñabrava.Example:8443/a") == "xn--peabrava-e3a.example"
    assert site_of("https://www.a.example") == "a.example"
    assert host_of("https://malo.example\\@bueno.example/") == ""
    assert split_address("https://A.example:443/x").origin == "https://a.example"
    assert split_address("http://[2001:DB8::1]:81/x").origin == "http://[2001:db8::1]:81"


def test_a_host_with_ñ_goes_out_as_the_web_knows_it():
    """Feeds, sitemap and messages carry the host by IDNA and the path percent-encoded."""
    assert whole("https://peñabrava.example/blog", "año/") == "https://xn--peabrava-e3a.example/blog/a%C3%B1o/"
    assert encoded("//peñabrava.example:81/") == "//xn--peabrava-e3a.example:81/"
    assert encoded("/año//peña.example") == "/a%C3%B1o//pe%C3%B1a.example"


def test_short_addresses_are_known_by_one_list():
    """A shortener's home page is no short address."""
    assert is_short("https://www.T.co/abc")
    assert not is_short("https://t.co/")
    assert not is_short("https://[t.co/a")


@pytest.mark.parametrize(
    "value",
    [None, 7, [], "", "javascript:alert(1)", "HTTPS://", "//a.example/", "https://a.example/\u202egpj", "https://a b/",
     "https://a.example:99999/", "https://u:p@a.example/", "https://a.example/\x9b31m", "https://[x/", "https://-a.example/"],
)  # fmt: skip
def test_what_is_no_web_address_is_nothing(value):
    """Whatever a stranger sends for an address is one that can be put into a link, or nothing."""
    assert "" == web_address(value)
    assert "https://a.example/ñ?q=1" == web_address(" https://a.example/ñ?q=1\n")


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("a.b.evil.example", "evil.example"),
        ("evil.example", "evil.example"),
        ("a.evil.co.uk", "evil.co.uk"),
        ("evil.com.es", "evil.com.es"),
        ("a.evil.es", "evil.es"),
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::1"),
        ("localhost", "localhost"),
        ("", ""),
    ],
)
def test_the_domain_that_one_pays_for(host, expected):
    """What names below it have in common, for counting them."""
    assert expected == domain_of(host)
