// triggers
