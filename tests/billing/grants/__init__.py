"""Tests of grants: tags, costs, locked reports and their files."""
