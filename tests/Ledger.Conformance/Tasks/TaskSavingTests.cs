using Ledger.Events;
using Ledger.Log;
using Ledger.Tasks;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Tasks;

/// <summary>Saving tasks, calls and messages, and what is refused.</summary>
public abstract class TaskSavingTests(ITestEngine engine) : TaskTests(engine)
{
    [Fact]
    public async Task Task_Saved_IsReadBackAndIsAStream()
    {
        var parent = await SavedTaskAsync();
        var task = NewTask() with
        {
            ParentTaskId = parent.Id,
            SystemPrompt = "Wasser kocht bei 100 °C 🫖\n\"quoted\"",
            Run = StreamName.Run("first"),
        };

        (await Tasks.SaveTaskAsync(task)).ShouldBe(task);

        (await Tasks.FindTaskAsync(task.Id)).ShouldBe(task);
        (await Tasks.FindTaskAsync(NewId())).ShouldBeNull();
        (await ReadAsync(StreamName.Task(task.Id))).ShouldHaveSingleItem().Data.ShouldBe(new TaskSaved(
            task.SystemPrompt, Start.ToUnixTimeMilliseconds(), Start.ToUnixTimeMilliseconds(), parent.Id, null, "run:first"));
    }

    [Fact]
    public async Task Times_AreKeptToTheMillisecond()
    {
        var task = await Tasks.SaveTaskAsync(NewTask() with { CreatedAt = At(0).AddTicks(9_999), UpdatedAt = At(1).ToOffset(TimeSpan.FromHours(2)) });

        task.CreatedAt.ShouldBe(At(0));
        (await Tasks.FindTaskAsync(task.Id)).ShouldBe(task);
    }

    [Fact]
    public async Task Task_SavedAgain_IsReplacedAndTheLogKeepsBoth()
    {
        var task = await SavedTaskAsync();
        var ended = task with { CompletionStatus = "success", SystemPrompt = "Another", UpdatedAt = At(5) };

        await Tasks.SaveTaskAsync(ended);
        (await Tasks.FindTaskAsync(task.Id)).ShouldBe(ended);
        await Tasks.SaveTaskAsync(task);

        (await Tasks.FindTaskAsync(task.Id)).ShouldBe(task);
        (await ReadAsync(StreamName.Task(task.Id))).Count.ShouldBe(3);
    }

    [Fact]
    public async Task LifeCycle_TaskMessagesCallAndEnd_IsAllThere()
    {
        var task = await SavedTaskAsync();
        var (question, answer) = (NewMessage(task.Id, timestamp: 1), NewMessage(task.Id, timestamp: 2) with { Role = MessageRole.Assistant, Content = "Hi there" });
        await Tasks.SaveMessageAsync(question);
        await Tasks.SaveMessageAsync(answer);
        var call = await Tasks.SaveCallAsync(NewCall(question));
        await Tasks.SaveCallAsync(call with { Status = CallStatus.InProgress, UpdatedAt = At(3) });
        var completed = call with { Status = CallStatus.Completed, Details = """{"found":3}""", UpdatedAt = At(4), EndMessageId = answer.Id };
        await Tasks.SaveCallAsync(completed);
        var ended = await Tasks.SaveTaskAsync(task with { CompletionStatus = "success", UpdatedAt = At(5) });

        (await Tasks.FindTaskAsync(task.Id)).ShouldBe(ended);
        (await Tasks.ListMessagesAsync(task.Id)).Messages.ShouldBe([question, answer]);
        (await Tasks.ListCallsAsync(task.Id)).ShouldBe([completed]);
        (await Tasks.FindCallAsync(call.Id)).ShouldBe(completed);
        (await ReadAsync(StreamName.Task(task.Id))).Select(e => e.Type).ShouldBe(
            ["task.saved", "message.saved", "message.saved", "call.saved", "call.saved", "call.saved", "task.saved"]);
    }

    [Theory]
    [InlineData("Hello")]
    [InlineData("Modified content")]
    public async Task Message_SavedTwice_IsRefusedAlsoWithEqualContent(string content)
    {
        var message = await SavedMessageAsync();

        var refused = await RefusedAsync<MessageExistsException>(
            () => Tasks.SaveMessageAsync(message with { Content = content }),
            $"The message '{message.Id}' is saved already, and a message never changes, not even to the same content. Nothing was written; "
            + "save another message under a different id.");

        refused.MessageId.ShouldBe(message.Id);
        (await Tasks.FindMessageAsync(message.Id)).ShouldBe(message);
        (await VersionAsync(StreamName.Task(message.TaskId))).Value.ShouldBe(2);
    }

    [Fact]
    public async Task Message_IdOfAnotherTask_IsRefused()
    {
        var message = await SavedMessageAsync();
        var other = await SavedTaskAsync();

        (await Should.ThrowAsync<MessageExistsException>(() => Tasks.SaveMessageAsync(NewMessage(other.Id, message.Id)))).MessageId.ShouldBe(message.Id);
    }

    [Fact]
    public async Task UnknownReferences_AreRefusedByName()
    {
        var message = await SavedMessageAsync();
        var (nobody, task) = (NewId(), NewTask());

        await RefusedAsync<UnknownReferenceException>(
            () => Tasks.SaveMessageAsync(NewMessage(nobody, "m-1")),
            $"The message 'm-1' names the task '{nobody}', which does not exist. Nothing was written; save that task first.");
        await RefusedAsync<UnknownReferenceException>(
            () => Tasks.SaveTaskAsync(task with { ParentTaskId = nobody }),
            $"The task '{task.Id}' names the parent task '{nobody}', which does not exist. Nothing was written; save that task first.");
        await RefusedAsync<UnknownReferenceException>(
            () => Tasks.SaveCallAsync(NewCall(message, "c-1") with { StartMessageId = nobody }),
            $"The call 'c-1' names the start message '{nobody}', which does not exist. Nothing was written; save that message first.");
        var refused = await RefusedAsync<UnknownReferenceException>(
            () => Tasks.SaveCallAsync(NewCall(message, "c-1") with { EndMessageId = nobody }),
            $"The call 'c-1' names the end message '{nobody}', which does not exist. Nothing was written; save that message first.");
        (refused.Owner, refused.OwnerId, refused.Reference, refused.Id).ShouldBe(("call", "c-1", TaskReference.EndMessage, nobody));
        await RefusedAsync<UnknownReferenceException>(
            () => Tasks.SaveCallAsync(NewCall(message, "c-1") with { TaskId = nobody }),
            $"The call 'c-1' names the task '{nobody}', which does not exist. Nothing was written; save that task first.");

        (await Store.GetStreamAsync(StreamName.Task(nobody))).ShouldBeNull();
        (await Store.GetStreamAsync(StreamName.Task(task.Id))).ShouldBeNull();
        (await Tasks.FindTaskAsync(task.Id)).ShouldBeNull();
    }

    [Fact]
    public async Task Call_OfAnotherTask_IsRefused()
    {
        var call = await SavedCallAsync();
        var other = await SavedMessageAsync();

        await RefusedAsync<CallOfAnotherTaskException>(
            () => Tasks.SaveCallAsync(NewCall(other, call.Id)),
            $"The call '{call.Id}' belongs to the task '{call.TaskId}' and cannot be saved for '{other.TaskId}'. Nothing was written; "
            + "save another call under a different id.");
    }

    [Fact]
    public async Task Batch_TaskWithMessagesAndCalls_IsOneAppend()
    {
        var task = NewTask();
        Message[] messages = [NewMessage(task.Id, timestamp: 1), NewMessage(task.Id, timestamp: 2)];
        Call[] calls = [NewCall(messages[0], createdAt: 1), NewCall(messages[1], createdAt: 2)];

        await Tasks.SaveAsync(new TaskBatch(task) { Messages = messages, Calls = calls });

        (await Tasks.FindTaskAsync(task.Id)).ShouldBe(task);
        (await Tasks.ListMessagesAsync(task.Id)).Messages.ShouldBe(messages);
        (await Tasks.ListCallsAsync(task.Id)).ShouldBe(calls);
    }

    [Fact]
    public async Task Batch_OneRefused_SavesNothing()
    {
        var (taken, task) = (await SavedMessageAsync(), NewTask());
        var (first, second) = (NewMessage(task.Id), NewMessage(task.Id));

        (await Should.ThrowAsync<MessageExistsException>(() => Tasks.SaveAsync(
            new TaskBatch(task) { Messages = [first, NewMessage(task.Id, taken.Id), second] }))).MessageId.ShouldBe(taken.Id);
        var unknown = await Should.ThrowAsync<UnknownReferenceException>(() => Tasks.SaveAsync(
            new TaskBatch(task) { Messages = [first], Calls = [NewCall(first), NewCall(first) with { StartMessageId = "nobody" }] }));

        unknown.Id.ShouldBe("nobody");
        (await Tasks.FindTaskAsync(task.Id)).ShouldBeNull();
        (await Tasks.FindMessageAsync(first.Id)).ShouldBeNull();
        (await Store.GetStreamAsync(StreamName.Task(task.Id))).ShouldBeNull();
    }

    [Fact]
    public async Task Batch_MixedOrDoubled_IsWrongUse()
    {
        var task = NewTask();
        var message = NewMessage(task.Id, "m-1");

        (await Should.ThrowAsync<ArgumentException>(() => Tasks.SaveAsync(new TaskBatch("t-1") { Messages = [message] }))).Message.ShouldBe(
            $"The message 'm-1' belongs to the task '{task.Id}', and the batch to 't-1'. Save it in its own batch.");
        (await Should.ThrowAsync<ArgumentException>(() => Tasks.SaveAsync(new TaskBatch(task) { Messages = [message, message] }))).Message.ShouldBe(
            "The message 'm-1' occurs twice in one batch. Put each in once.");
    }

    [Fact]
    public async Task Expected_NotAsItIs_IsRefusedAndTheNewTimeIsLater()
    {
        var call = await SavedCallAsync();

        var second = await Tasks.SaveCallAsync(call with { Status = CallStatus.InProgress }, expectedUpdatedAt: call.UpdatedAt);
        second.UpdatedAt.ShouldBe(call.UpdatedAt.AddMilliseconds(1));
        await RefusedAsync<StaleUpdateException>(
            () => Tasks.SaveCallAsync(call with { Status = CallStatus.Failed }, expectedUpdatedAt: call.UpdatedAt),
            $"The call '{call.Id}' was updated at {second.UpdatedAt.ToUnixTimeMilliseconds()}, but the save expected it as of "
            + $"{call.UpdatedAt.ToUnixTimeMilliseconds()}. Nothing was written; read it and decide again.");
        var task = NewTask();
        await RefusedAsync<StaleUpdateException>(
            () => Tasks.SaveTaskAsync(task, expectedUpdatedAt: At(0)),
            $"The task '{task.Id}' does not exist, but the save expected it as of {Start.ToUnixTimeMilliseconds()}. Nothing was written; "
            + "read it and decide again.");

        (await Tasks.FindCallAsync(call.Id)).ShouldBe(second);
    }

    [Fact]
    public async Task StatusMoves_Forward_RefusesTheWayBackAlone()
    {
        var forward = new TaskLedger(Store, new TaskLedgerOptions { StatusMoves = StatusMoves.Forward });
        var call = await SavedCallAsync();
        foreach (var status in new[] { CallStatus.Pending, CallStatus.InProgress, CallStatus.InProgress, CallStatus.Completed, CallStatus.Completed })
        {
            await forward.SaveCallAsync(call with { Status = status });
        }

        await RefusedAsync<StatusMoveException>(
            () => forward.SaveCallAsync(call),
            $"The call '{call.Id}' is 'completed' and cannot become 'pending', because statuses move forward only. Nothing was written.");
        await Should.ThrowAsync<StatusMoveException>(() => forward.SaveCallAsync(call with { Status = CallStatus.Failed }));
        var ended = await forward.SaveTaskAsync(NewTask() with { CompletionStatus = "success" });
        await forward.SaveTaskAsync(ended with { SystemPrompt = "Changed" });
        await RefusedAsync<StatusMoveException>(
            () => forward.SaveTaskAsync(ended with { CompletionStatus = null }),
            $"The task '{ended.Id}' is 'success' and cannot become active again, because statuses move forward only. Nothing was written.");
        await Should.ThrowAsync<StatusMoveException>(() => forward.SaveTaskAsync(ended with { CompletionStatus = "failed" }));

        await Tasks.SaveCallAsync(call);
        (await Tasks.FindCallAsync(call.Id))!.Status.ShouldBe(CallStatus.Pending);
    }

    [Fact]
    public async Task WhatCannotBeStored_IsRefusedWithTheReason()
    {
        var task = await SavedTaskAsync();
        var message = NewMessage(task.Id);

        (await Should.ThrowAsync<ArgumentException>(() => Tasks.SaveTaskAsync(NewTask("")))).Message.ShouldBe("'' cannot be the id of a task: it is empty.");
        await RefusedAsync<InvalidEventException>(
            () => Tasks.SaveMessageAsync(message with { Id = "" }),
            "An event 'message.saved' cannot be stored: its id '' is empty. Nothing was written.");
        await RefusedAsync<InvalidEventException>(
            () => Tasks.SaveTaskAsync(task with { ParentTaskId = task.Id }),
            "An event 'task.saved' cannot be stored: a task cannot be its own parent. Nothing was written.");
        (await Should.ThrowAsync<InvalidEventException>(() => Tasks.SaveMessageAsync(message with { Id = new string('x', 401) })))
            .Reason.ShouldContain("has 401 characters, and 400 are allowed");
        (await Should.ThrowAsync<InvalidEventException>(() => Tasks.SaveTaskAsync(task with { CompletionStatus = new string('ä', 501) })))
            .Reason.ShouldContain("longer than 1,000 bytes");
        (await Should.ThrowAsync<InvalidEventException>(() => Tasks.SaveCallAsync(NewCall(message) with { Parameters = "{nope" })))
            .Reason.ShouldContain("its parameters must be JSON text");
        (await Should.ThrowAsync<InvalidEventException>(() => Tasks.SaveMessageAsync(message with { Content = "nul \0" }))).Type.ShouldBe("message.saved");
    }

    [Fact]
    public async Task LongestIds_AreTaken()
    {
        string Longest(char c) => new string(c, 400 - 32) + NewId();
        var task = await Tasks.SaveTaskAsync(NewTask(Longest('界')) with { CompletionStatus = new string('界', 333) });
        var child = await Tasks.SaveTaskAsync(NewTask(Longest('木')) with { ParentTaskId = task.Id });
        var message = NewMessage(child.Id, Longest('水'));
        await Tasks.SaveMessageAsync(message);

        (await Tasks.SaveCallAsync(NewCall(message, Longest('火')))).TaskId.ShouldBe(child.Id);
        (await Tasks.ListMessagesAsync(child.Id)).Messages.ShouldBe([message]);
    }

    [Fact]
    public async Task HugeContent_IsKeptWhole()
    {
        var task = await SavedTaskAsync();
        var message = NewMessage(task.Id, content: string.Concat(Enumerable.Repeat("Wörter 🫖 \\u0000 \"und\" mehr\n", 50_000)));

        await Tasks.SaveMessageAsync(message);

        (await Tasks.FindMessageAsync(message.Id)).ShouldBe(message);
    }

    [Fact]
    public async Task RawEvents_AreCheckedTooAndOthersAreLeftAlone()
    {
        var message = await SavedMessageAsync();
        var stream = StreamName.Task(message.TaskId);

        await Store.AppendAsync(stream, ExpectedVersion.Any, [new KitLoaded("mine"), new UntypedEvent("note", JsonOf("{}"))]);
        await Store.AppendAsync(NewStream(), ExpectedVersion.Any, [new MessageSaved(message.Id, MessageRole.User, "elsewhere", 0)]);
        await Should.ThrowAsync<MessageExistsException>(
            () => Store.AppendAsync(stream, ExpectedVersion.Any, [new MessageSaved(message.Id, MessageRole.User, "twice", 0)]));
        await RefusedAsync<InvalidEventException>(
            () => Store.AppendAsync(stream, ExpectedVersion.Any, [new UntypedEvent("message.saved", JsonOf("""{"id": 5}"""))]),
            "An event 'message.saved' cannot be stored: its JSON does not have the members of its type. Nothing was written.");

        (await Tasks.ListMessagesAsync(message.TaskId)).Messages.ShouldBe([message]);
        (await VersionAsync(stream)).Value.ShouldBe(4);
    }

    private static System.Text.Json.JsonElement JsonOf(string json) => System.Text.Json.JsonDocument.Parse(json).RootElement;
}
