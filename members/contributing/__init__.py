"""What pages over all apps read of this one; the composition names these modules one by one."""
