"""How the published weights of a lot's award criteria add up."""
