"""How often an attribute of any module was set, or a hook registered: what compiled code asks before it looks at each module.

Invariant: an equal count means that no module has other attributes, parameters, buffers, submodules or hooks than before, as
far as they were set in the ways torch documents.
"""

CHANGES = [0]
