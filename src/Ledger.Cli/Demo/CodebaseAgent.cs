using System.Text.Json.Nodes;
using Ledger.Cli.Demo.Files;
using Ledger.Cli.Demo.References;
using Ledger.Events;
using Ledger.Json;
using Ledger.Runs;
using Ledger.Streams;

namespace Ledger.Cli.Demo;

/// <summary>A small agent that looks at a folder of sources and records in a run what it does and what is there.</summary>
/// <remarks>
/// It works by rules, without a model and without a network. The same folder gives the same events in the same order, but for
/// their ids and times.
/// </remarks>
internal sealed class CodebaseAgent(Run run, ReadLimits limits, IProgress<long>? progress = null)
{
    /// <summary>The id of the object that stands for the folder itself; no file below it can have this path.</summary>
    public const string FolderId = ".";

    private const int MaxSkippedNamed = 50;

    /// <summary>Records the listing, reads the files and relates them to each other; the judgement is left to a <see cref="Findings.Judge"/>.</summary>
    /// <param name="listing">The files of a folder.</param>
    /// <param name="cancellationToken">Stops the work; what was appended stays.</param>
    /// <returns>The length of the history: the position at which the judgement begins.</returns>
    public async Task<Position> ObserveAsync(Listing listing, CancellationToken cancellationToken)
    {
        var folder = await RecordAsync(listing, cancellationToken);
        var files = await ReadAsync(listing, folder, cancellationToken);
        return await RelateAsync(files, folder, cancellationToken);
    }

    private async Task<Guid> RecordAsync(Listing listing, CancellationToken cancellationToken)
    {
        var events = new EventWriter(run, DemoPhase.List);
        var kit = await events.AddAsync(new KitLoaded("codebase"), [], cancellationToken);
        var call = await events.AddCallAsync("list_folder", new JsonObject { ["folder"] = listing.Folder }, [kit], cancellationToken);
        var answer = new JsonObject { ["files"] = listing.Files.Count, ["folders"] = listing.Folders };
        AddSkipped(answer, listing.Skipped);
        var returned = await events.AddReturnAsync(call, answer, cancellationToken);
        var created = new ObjectCreated(FolderId, "Folder", new JsonObject { ["name"] = listing.Folder });
        var folder = await events.AddAsync(created, [returned], cancellationToken);
        await events.FlushAsync(cancellationToken);
        return folder;
    }

    private async Task<IReadOnlyList<(SourceFile File, Guid Event)>> ReadAsync(
        Listing listing,
        Guid folder,
        CancellationToken cancellationToken)
    {
        var events = new EventWriter(run, DemoPhase.Read);
        var reader = new SourceReader(limits);
        var read = new List<(SourceFile, Guid)>();
        var done = 0L;
        foreach (var group in listing.Files.GroupBy(FolderOf).OrderBy(g => g.Key, CodePointComparer.Instance))
        {
            var arguments = new JsonObject { ["folder"] = group.Key.Length == 0 ? FolderId : group.Key, ["files"] = group.Count() };
            var call = await events.AddCallAsync("read_files", arguments, [folder], cancellationToken);
            var (files, skipped) = (new List<SourceFile>(), new List<SkippedFile>());
            foreach (var listed in group)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var (file, reason) = reader.Read(listed);
                if (file is null)
                {
                    skipped.Add(new SkippedFile(listed.Id, reason!));
                }
                else
                {
                    files.Add(file);
                }

                progress?.Report(++done);
            }

            var answer = new JsonObject { ["read"] = files.Count, ["lines"] = files.Sum(f => (long)f.Lines), ["bytes"] = files.Sum(f => f.Size) };
            AddSkipped(answer, skipped);
            var returned = await events.AddReturnAsync(call, answer, cancellationToken);
            foreach (var file in files)
            {
                read.Add((file, await events.AddAsync(Describe(file), [returned], cancellationToken)));
            }
        }

        await events.FlushAsync(cancellationToken);
        return read;
    }

    private async Task<Position> RelateAsync(
        IReadOnlyList<(SourceFile File, Guid Event)> files,
        Guid folder,
        CancellationToken cancellationToken)
    {
        var events = new EventWriter(run, DemoPhase.Relate);
        var objectIds = new UniqueIds(files.Select(f => f.File.Id).Append(FolderId));
        var relationIds = new UniqueIds();
        var known = files.ToDictionary(f => f.File.Id, f => f.Event, StringComparer.Ordinal);
        var call = await events.AddCallAsync("find_references", new JsonObject { ["files"] = files.Count }, [folder], cancellationToken);
        var map = ReferenceResolver.Resolve([.. files.Select(f => f.File)], objectIds);
        var answer = new JsonObject
        {
            ["references"] = map.References.Count,
            ["namespaces"] = map.Namespaces.Count,
            ["unresolved"] = map.Unresolved,
        };
        var returned = await events.AddReturnAsync(call, answer, cancellationToken);
        foreach (var (name, id) in map.Namespaces)
        {
            var created = new ObjectCreated(id, "Namespace", new JsonObject { ["name"] = name, ["language"] = Language.CSharp.Name });
            known[id] = await events.AddAsync(created, [returned], cancellationToken);
        }

        foreach (var (type, source, target) in map.References)
        {
            var created = new RelationCreated(relationIds.Claim($"{source} {type} {target}"), type, source, target);
            await events.AddAsync(created, [returned, known[source], known[target]], cancellationToken);
        }

        return await events.FlushAsync(cancellationToken);
    }

    private static string FolderOf(ListedFile file) => file.Id.LastIndexOf('/') is var slash and >= 0 ? file.Id[..slash] : "";

    private static ObjectCreated Describe(SourceFile file)
    {
        var data = new JsonObject
        {
            ["language"] = file.Language.Name,
            ["kind"] = file.Language.Kind.ToString().ToLowerInvariant(),
            ["size"] = file.Size,
            ["lines"] = file.Lines,
            ["sha256"] = file.Sha256,
        };
        if (file.MarkerCount > 0)
        {
            data["marker_count"] = file.MarkerCount;
            data["markers"] = new JsonArray(
                [.. file.Markers.Select(m => new JsonObject { ["line"] = m.Line, ["word"] = m.Word, ["text"] = m.Text })]);
        }

        return new ObjectCreated(file.Id, "File", data);
    }

    private static void AddSkipped(JsonObject answer, IReadOnlyList<SkippedFile> skipped)
    {
        if (skipped.Count == 0)
        {
            return;
        }

        answer["skipped"] = skipped.Count;
        answer["skipped_files"] = new JsonArray(
            [.. skipped.Take(MaxSkippedNamed).Select(s => new JsonObject { ["path"] = s.Path, ["reason"] = s.Reason })]);
    }
}
