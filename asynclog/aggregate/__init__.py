"""Findings to groups, groups to runs, runs to what is said about them."""
