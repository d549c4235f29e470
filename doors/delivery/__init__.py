"""From an approval to what runs: plans that are kept, carried out as they are, and looked after.

Unlike the other doors these set up no sandbox: which platforms and which state are meant is what
the environment says, as in a workflow.
"""
