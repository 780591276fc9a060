using System.Text;
using Ledger.Conformance.Conventions;
using Ledger.Events;
using Ledger.Files;
using Ledger.Interop.SweAgent;
using Shouldly;
using Xunit;

namespace Ledger.Interop.Tests.SweAgent;

/// <summary>Recordings of SWE-agent; real ones lie beside the source tree.</summary>
public sealed class TrajectoryTests
{
    [RecordedTheory]
    [InlineData("humanevalfix-0", 5, "/swe-bench__humanevalfix-python/main.py")]
    [InlineData("marshmallow-1867", 11, "/testbed/src/marshmallow/fields.py")]
    [InlineData("simple", 5, "/SWE-agent__test-repo/tests/missing_colon.py")]
    public void Read_RealRecording_StepsWithCausesAndTheFileThatWasChanged(string name, int steps, string file)
    {
        var events = Record(File.ReadAllBytes(Sample(name)));

        events.Count(e => e.Type == "llm.response").ShouldBe(steps);
        events.Count(e => e.Type == "tool.called").ShouldBe(steps);
        events.Count(e => e.Type == "tool.returned").ShouldBe(steps);
        var ids = events.Select(e => e.Metadata.ForeignId!).ToList();
        ids.ShouldBeUnique();
        events.Skip(1).ShouldAllBe(e => e.Metadata.ForeignCauses.Count == 1);
        events.ShouldAllBe(e => e.Metadata.ForeignCauses.All(c => ids.IndexOf(c) < ids.IndexOf(e.Metadata.ForeignId!)));
        var world = World.Fold(events);
        world.FindObject($"file:{file}")!.Data["edits"].GetInt32().ShouldBe(1);
        world.FindObject("submission")!.Data["patch"].GetString()!.ShouldContain("diff --git");
        world.RelationsOf("submission").Select(r => (r.Type, r.TargetId)).ShouldBe([("answers", "task"), ("changes", $"file:{file}")]);
        world.FindRelation($"edited:{file}")!.SourceId.ShouldBe("task");
    }

    [Fact]
    public void Read_EditThatWasRefusedAndFileThatWasRemoved_DoNotCount()
    {
        var events = Record(File.ReadAllBytes(Sample("marshmallow-1867")));

        // Step 7's edit was refused; reproduce.py was made in step 1, edited in step 2 and removed in step 10.
        events.Select(e => e.Metadata.ForeignId).ShouldNotContain("step-7.edited:/testbed/src/marshmallow/fields.py");
        World.Fold(events).FindObject("file:/testbed/reproduce.py").ShouldBeNull();
        events.Single(e => e.Type == "object.removed").Metadata.ForeignCauses.ShouldBe(["step-10.returned"]);
    }

    [Fact]
    public void Read_Twice_TheSameEvents()
    {
        var bytes = File.ReadAllBytes(Sample("simple"));

        Record(bytes).Select(e => (e.Id, Encoding.UTF8.GetString(e.Json.Span)))
            .ShouldBe(Record(bytes).Select(e => (e.Id, Encoding.UTF8.GetString(e.Json.Span))));
    }

    [Fact]
    public void Read_MembersMissing_WhatIsThere()
    {
        var events = Record(
            """
            {"trajectory": [{"thought": "t"}, {"action": "ls\n", "state": "no json"}, {"action": "open ../a/./b.py 3", "observation": "x\u0000\ud800", "state": {"working_dir": "/w/c"}}], "info": {}}
            """u8);

        events.Select(e => e.Metadata.ForeignId).ShouldBe(
        [
            "task", "request", "step-1.response", "step-2.response", "step-2.called", "step-3.response", "step-3.called", "step-3.returned",
            "step-3.opened:/w/a/b.py", "step-3.opened:/w/a/b.py.relation", "outcome", "outcome.relation", "extra",
        ]);
        events[7].ToJsonElement().GetProperty("result").GetString().ShouldBe("x\uFFFD\uFFFD");
        events[7].ToJsonElement().GetProperty("call_id").GetString().ShouldBe("step-3.called");
        events[6].ToJsonElement().GetProperty("tool").GetString().ShouldBe("open");
    }

    [Fact]
    public void Read_ExitStatus_IsInTheLastEvent()
    {
        var events = Record(
            """
            {"trajectory": [{"response": "r", "action": "ls", "observation": "o"}], "info": {"exit_status": "exit_error", "submission": "diff", "swe_agent_hash": "abc"}}
            """u8);

        events[^2].Type.ShouldBe("recording.extra");
        events[^1].Type.ShouldBe("recording.ended");
        events[^1].ToJsonElement().GetRawText().ShouldBe("""{"exit_status":"exit_error"}""");
    }

    [Theory]
    [InlineData("{\"a\": 1}", "Line 1, column 1: the JSON has none of the lists 'trajectory', 'history' and 'attempts'. A .traj file of SWE-agent has one.")]
    [InlineData("[]", "Line 1, column 1: the JSON has none of the lists 'trajectory', 'history' and 'attempts'. A .traj file of SWE-agent has one.")]
    [InlineData("{\"trajectory\": [{\"action\": \"é\"},\n {}, {\"é\": x}]}", "Line 2, column 12: malformed JSON after 2 whole steps. 'x' is an invalid start of a value.")]
    public void Read_NoTrajectory_LineAndColumn(string text, string message) =>
        Should.Throw<EventFileException>(() => Trajectory.Read(Encoding.UTF8.GetBytes(text))).Message.ShouldBe(message);

    [Fact]
    public void Read_CutRecording_WhatWasReadAndWhereItStopped()
    {
        var bytes = File.ReadAllBytes(Sample("humanevalfix-0"));

        var inStep4 = Enumerable.Range(0, 4).Aggregate(0, (from, _) => from + bytes.AsSpan(from).IndexOf("\"action\""u8) + 10) + 5;

        var fault = Should.Throw<EventFileException>(() => Trajectory.Read(bytes.AsMemory(0, inStep4)));

        fault.Reason.ShouldStartWith("malformed JSON after 3 whole steps. Expected end of string, but instead reached end of data.");
        fault.Line.ShouldBe(Encoding.UTF8.GetString(bytes, 0, inStep4).Split('\n').Length);
    }

    [Fact]
    public void Read_NothingThatIsAStep_IsRefused() =>
        Should.Throw<EventFileException>(() => Trajectory.Read("""{"history": [{"from": "human", "value": "x"}], "trajectory": [{}]}"""u8.ToArray()))
            .Reason.ShouldStartWith("the JSON has no step:");

    [Fact]
    public void Read_HistoryWithToolCalls_IsMappedWhole()
    {
        var events = Record(File.ReadAllBytes(Fault("openai-history.traj")));

        events.Select(e => e.Metadata.ForeignId).ShouldBe(["task", "request", "step-1.response", "step-1.called", "step-1.returned"]);
        events[3].ToJsonElement().GetRawText().ShouldContain("call_1");
        events[3].ToJsonElement().GetProperty("tool").GetString().ShouldBe("f");
        events[4].ToJsonElement().GetProperty("result").GetString().ShouldBe("r");
        events[4].ToJsonElement().GetProperty("call_id").GetString().ShouldBe("step-1.called");
        events[4].ToJsonElement().GetProperty("tool_call_id").GetString().ShouldBe("call_1");
    }

    [Fact]
    public void Read_ImagePart_IsKept() =>
        Record(File.ReadAllBytes(Fault("image.traj"))).Single(e => e.Type == "tool.returned").ToJsonElement()
            .GetProperty("content")[1].GetProperty("image_url").GetProperty("url").GetString().ShouldBe("data:image/png;base64,AAAA");

    [Fact]
    public void ReadRecording_OtherAttempts_AreBranches()
    {
        var done = Trajectory.ReadRecording(() => File.ReadAllBytes(Fault("retry-done.traj")), "r");

        done.Recordings.Select(r => r.Id).ShouldBe(["r", "r-attempt-1"]);
        var branch = done.Recordings[1];
        (branch.Branch!.ParentRunId, branch.Branch.ForkPosition).ShouldBe(("r", 2));
        branch.Read().Count(e => e.Data is LlmResponse).ShouldBe(2);
        done.Extra.ShouldBeEmpty();
    }

    [Fact]
    public void ReadRecording_AttemptsAlone_TheLastIsTheRun()
    {
        var unfinished = Trajectory.ReadRecording(() => File.ReadAllBytes(Fault("retry-unfinished.traj")), "r");

        unfinished.Recordings.Single().Read().Count(e => e.Data is LlmResponse).ShouldBe(2);
    }

    [Fact]
    public void ReadRecording_WhatHasNoPlace_IsKeptAndCounted()
    {
        var read = Trajectory.ReadRecording(
            () => """{"trajectory": [{"action": "ls", "query": [1]}, {"action": "ls", "query": [2]}, {}], "other": 1, "info": {"swe_agent_hash": "x"}}"""u8.ToArray(), "r");

        read.Extra.Select(l => $"{l.Value} {l.Key}").ShouldBe(["1 info.swe_agent_hash", "1 other", "2 trajectory.query", "1 empty trajectory steps"], ignoreOrder: true);
        ((UntypedEvent)read.Recordings[0].Read().Last().Data).Data.GetRawText()
            .ShouldBe("""{"extra":{"other":[1],"info.swe_agent_hash":["x"],"trajectory.query":[[1],[2]]}}""");
    }

    private static string Fault(string name) => Path.Combine(SourceTree.Root, "..", "shared", "faults", name);

    private static string Sample(string name) => Path.Combine(SourceTree.Root, "..", "shared", "data", "swe-agent", $"{name}.traj");

    private static List<RecordedEvent> Record(ReadOnlySpan<byte> json) =>
        [.. EventFile.Record(Trajectory.Read(json.ToArray()), StreamName.Run("r"), DateTimeOffset.UnixEpoch)];
}
