"""What the actions of civic_list take."""
