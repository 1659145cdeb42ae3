"""What every room stands on: errors, settings, languages, addresses, the guarded fetch. Knows no post and no person."""
