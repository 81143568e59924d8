"""Who answers first: engines that compute a reply, and the turns in which it is said or dropped."""
