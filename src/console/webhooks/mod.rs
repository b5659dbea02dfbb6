//! Webhooks of the agent and of neighbour systems in one list, and those of Dialogflow.
