"""Embeds that outlive their service: a post of somebody else's, captured once and drawn from files for ever.

providers/   which service an address belongs to, and how to ask it
types.py     what is kept of an item
capture_store.py  where it is kept: content/embeds/<provider>/<id>.json and its pictures
pictures.py  strangers' pictures, re-encoded
capture.py   asking for what is missing, looking again at what we have
states.py    what becomes of a capture: the table; keeping.py  recording it; items.py  one item, many addresses
remove.py    taking somebody's words out
paste.py     keeping by hand what no interface gives; archive.py  one's own X archive
draw.py      a capture as HTML; dead.py  a note for what closed services showed
markdown.py  the Markdown extension that puts it on the page; pasted.py  old embed codes in raw HTML
"""
