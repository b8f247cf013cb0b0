"""As much of H.264 and its files as it takes to put black bars around a picture that is encoded already.

A letterbox is mostly black, and an encoder looks at every black pixel as closely as at the others. So the
picture is encoded alone, with a black margin, and the bars are written here: slices of their own, above and
below, whose bits are the same for every picture. `surround` does it; nothing is decoded or encoded twice.

Clauses and tables are those of Rec. ITU-T H.264 (08/2021).
"""

#: Pixels along a macroblock.
MACROBLOCK = 16
