using System.Text;
using Ledger.Log;
using Shouldly;
using Xunit;

namespace Ledger.Tests.Log;

/// <summary>The order of the rules, with what is known given; the engines' behaviour is in the suite.</summary>
public sealed class AppendDecisionTests
{
    private static readonly StreamName A = new("a");
    private static readonly StreamName B = new("b");
    private readonly Dictionary<StreamName, KnownStream> _streams = [];
    private readonly Dictionary<Guid, KnownEvent> _events = [];

    [Fact]
    public void Make_StreamsAsExpected_TellsTheVersionsTheyEndAt()
    {
        _streams[A] = new KnownStream(4, false);

        var decision = Make(Part(A, ExpectedVersion.Exactly(new StreamVersion(4)), Kit(), Kit()), Part(B, ExpectedVersion.NoStream), Part(new("c"), ExpectedVersion.Any, Kit()));

        decision.OrThrow().Outcome.ShouldBe(AppendOutcome.Written);
        decision.Results.Select(r => r.Version.Value).ShouldBe([6, 0, 1]);
        decision.Results.ShouldAllBe(r => r.LastSequence == SequenceNumber.Start);
    }

    [Fact]
    public void Make_AllKnown_AnswersAgain_WhateverTheStreamsAre()
    {
        var (first, last) = (Kit(), Kit());
        _streams[A] = new KnownStream(9, true);
        _streams[B] = new KnownStream(3, false);
        Know(A, 7, 70, last);
        Know(A, 6, 60, first);

        var decision = Make(Part(A, ExpectedVersion.NoStream, first, last), Part(B, ExpectedVersion.NoStream));

        decision.OrThrow().Outcome.ShouldBe(AppendOutcome.AlreadyWritten);
        decision.Results.Select(r => (r.Version.Value, r.LastSequence.Value)).ShouldBe([(7, 70), (3, 0)]);
    }

    [Fact]
    public void Make_SomeKnown_IsRefusedBeforeArchivesAndVersions()
    {
        var known = Kit();
        _streams[A] = new KnownStream(1, true);
        Know(A, 1, 1, known);

        var refused = Make(Part(A, ExpectedVersion.NoStream, Kit(), known)).Refusal.ShouldBeOfType<EventIdInUseException>();

        (refused.EventId, refused.Conflict).ShouldBe((known.Id, EventIdConflict.PartOfAppend));
    }

    [Fact]
    public void Make_KnownElsewhereOrOtherwise_IsRefused()
    {
        var (moved, changed) = (Kit(), Kit());
        Know(B, 1, 1, moved);
        Know(A, 1, 2, changed, "{\"kit\":\"another\"}");

        Make(Part(A, ExpectedVersion.Any, moved)).Refusal.ShouldBeOfType<EventIdInUseException>().Conflict.ShouldBe(EventIdConflict.OtherStream);
        Make(Part(A, ExpectedVersion.Any, changed)).Refusal.ShouldBeOfType<EventIdInUseException>().Conflict.ShouldBe(EventIdConflict.OtherContent);
    }

    [Fact]
    public void Make_ArchivedAndWrongVersion_NamesTheArchiveFirst()
    {
        _streams[A] = new KnownStream(2, false);
        _streams[B] = new KnownStream(0, true);

        Make(Part(A, ExpectedVersion.NoStream, Kit()), Part(B, ExpectedVersion.Any)).Refusal.ShouldBeOfType<StreamArchivedException>().Stream.ShouldBe(B);
        Should.Throw<WrongExpectedVersionException>(() => Make(Part(A, ExpectedVersion.NoStream, Kit())).OrThrow()).Actual.Value.ShouldBe(2);
    }

    private static NewEvent Kit() => new(new KitLoaded("kit"));

    private static StreamAppend Part(StreamName stream, ExpectedVersion expected, params NewEvent[] events) => new(stream, expected, events);

    private void Know(StreamName stream, long version, long sequence, NewEvent known, string? json = null)
    {
        var written = EventRegistry.Default.Write(known);
        _events[known.Id] = new KnownEvent(
            stream, version, sequence, written.Type, json is null ? written.Json : Encoding.UTF8.GetBytes(json));
    }

    private AppendDecision Make(params StreamAppend[] appends) => AppendDecision.Make(
        AppendRequest.Create(appends, EventRegistry.Default),
        stream => _streams.GetValueOrDefault(stream),
        id => _events.TryGetValue(id, out var found) ? found : null);
}
