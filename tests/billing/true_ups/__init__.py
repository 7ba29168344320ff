"""The settling of a period: shares, preview, issue, pages."""
