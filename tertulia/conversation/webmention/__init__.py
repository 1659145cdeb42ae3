"""Webmention, both ways: https://www.w3.org/TR/webmention/ (W3C Recommendation, 12 January 2017).

pages       which page of ours an address means
discovery   where another site wants to be told
send        telling every site that a post links to, once a version
receive     taking what others tell us, looking at it later
source      what a page of another site says about ours: link, kind, author, words
pingback    the older protocol for the same, https://www.hixie.ch/specs/pingback/pingback
"""
