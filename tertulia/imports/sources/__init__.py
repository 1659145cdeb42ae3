"""Where blogs come from: one file a source, which turns an export into the plain records of ``imports.types``."""
