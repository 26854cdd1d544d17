"""What every listener shares: limits, problem documents, trace ids, live and ready. No page and no use case is here."""
