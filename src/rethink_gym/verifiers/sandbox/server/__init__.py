"""Starting programs: the fork server, its client, and what runs in the confined process."""
