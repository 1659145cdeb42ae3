"""What every room stands on: errors, settings, phrases, addresses, the guarded fetch. Knows no post and no person."""
