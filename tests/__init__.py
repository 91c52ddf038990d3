"""The specification: the tests mirror the tree; stories/ walks the three flows through real edges."""
