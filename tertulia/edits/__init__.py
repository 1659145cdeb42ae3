"""Edits shown in place: of what a build left, only what an edit touches is read and drawn, to the bytes of a build."""
