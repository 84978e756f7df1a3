# /// script
# [tool.marimo.display]
# theme = "system"
# ///
"""A promise of your own: ask of everything that can happen at a small desk whether it always holds."""

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="A promise of your own")

with app.setup:
    import marimo as mo

    from casecore import Channel, Policy, Status
    from casecore.explore import explore
    from casecore.reports.pictures import state_space

    SCOPE = "chat-limit"


@app.cell(hide_code=True)
def introduction():
    mo.md(f"""
    # A promise of your own

    **You learn** to ask a question of *everything* that can happen at a small desk. A test tries one story; this tries
    every order of steps, and every way in which time can pass between them.

    The small desk here is `{SCOPE}`: one agent, one chat more than the limit, and whatever may happen to them.
    """)


@app.cell
def chat_limit():
    limit = mo.ui.slider(1, 3, value=2, label="chats at once, by the policy", show_value=True)
    limit
    return (limit,)


@app.cell
def policy_of_the_limit(limit):
    policy = Policy.loads(f'extends = "casecore"\n[capacity]\nchat = {limit.value}\n', "sop.toml")
    return (policy,)


@app.cell(hide_code=True)
def questions_in_words():
    mo.md("""
    ## Three sorts of questions

    Each is a plain function.

    * **always**: what is wrong with this step? *Proved* when no step has anything wrong.
    * **sometimes**: is this what we look for? *Proved* when it is ever reached. A promise that is never put to the test
      is worth nothing.
    * **possible**: is this where one wants to get? *Proved* when there is a way there from everywhere.
    """)


@app.cell
def never_more_than_two():
    def never_more_than_two(step):
        for name, agent in step.after.agents.items():
            chats = agent.held.get(Channel.CHAT, 0)
            if chats > 2:
                yield f"{name} has {chats} chats"

    mo.show_code()
    return (never_more_than_two,)


@app.cell
def two_at_once():
    def two_at_once(step):
        return any(agent.held.get(Channel.CHAT, 0) >= 2 for agent in step.after.agents.values())

    mo.show_code()
    return (two_at_once,)


@app.cell
def all_over():
    def all_over(desk):
        return all(file.case.status is Status.CLOSED for file in desk.cases.values())

    mo.show_code()
    return (all_over,)


@app.cell(hide_code=True)
def answers_in_words():
    mo.md("""
    ## The answers

    With a limit of 2 all three hold. **Move the slider to 3**: the promise fails, and the shortest story that breaks it
    is told. Move it to 1: nobody ever has two, so the promise holds, but for want of a trial.
    """)


@app.cell
def answers(all_over, never_more_than_two, policy, two_at_once):
    found = explore(
        SCOPE,
        policy,
        always={"never more than two chats": never_more_than_two},
        sometimes={"somebody has two": two_at_once},
        possible={"everything comes to an end": all_over},
    )
    found
    return (found,)


@app.cell
def story(found):
    broken = found["never more than two chats"].story
    broken or mo.md("*No story breaks the promise.*")


@app.cell(hide_code=True)
def worlds_in_words():
    mo.md("""
    ## What was tried

    Each world is a state of the desk in which the next command can be given. That these are *all* is what *proved*
    rests on, and that they are *small* is its limit: one agent and a few chats, not your whole team.
    """)


@app.cell
def worlds(policy):
    state_space(SCOPE, policy)


if __name__ == "__main__":
    app.run()
