"""What happened and why: the timeline of an entity, the trace of an event, the audit."""
