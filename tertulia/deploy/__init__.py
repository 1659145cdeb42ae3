"""Putting the built site where readers find it.

``DEPLOY_TARGET`` names a target; each kind is a file beside this and a line in ``targets.py``. All of them take the
same ``DeployPlan``: files to put, in an order in which no page ever names what is not there yet, and files to take
away, which are only ever those that an earlier deploy of ours put there. What we put where is written in a manifest
that lies at the target itself (``.tertulia.json``), so any machine can go on from it.

The manifest also holds what is public of the conversation: how a deploy from a machine without its store is noticed
before it makes links and comments disappear.
"""
