using System.Text.Json.Nodes;

namespace Ledger.Interop.SweAgent;

/// <summary>The files that a recorded agent worked on, as objects of its run.</summary>
internal sealed class TrajectoryFiles(TrajectoryEvents events)
{
    private readonly Dictionary<string, int> _edits = new(StringComparer.Ordinal);

    /// <summary>Adds the events of a step's effects on files; the step's last event is their cause.</summary>
    public void Add(TrajectoryStep step, string cause)
    {
        var (use, named) = new TrajectoryCommand(step.Action ?? "").File;
        var path = named is null ? null : TrajectoryCommand.Absolute(named, step.WorkingDirectory);
        if (use == FileUse.Removes)
        {
            if (path is not null && _edits.Remove(path))
            {
                events.Add($"step-{step.Number}.removed", cause, new ObjectRemoved(IdOf(path)));
            }

            return;
        }

        // The file that the tool reports as open counts, not the one it was asked to open.
        var target = step.OpenFile ?? (use == FileUse.None || TrajectoryCommand.Failed(step.Observation) ? null : path);
        if (target is not null && !_edits.ContainsKey(target))
        {
            Open(step, target, cause, "opened");
        }

        var edited = use != FileUse.Edits || TrajectoryCommand.Failed(step.Observation) ? null : path ?? step.OpenFile;
        if (edited is not null)
        {
            Edit(step, edited, cause);
        }
    }

    /// <summary>The files that a patch changes; creates objects for new ones.</summary>
    public IReadOnlyList<string> OfPatch(TrajectoryStep? last, string patch, string cause)
    {
        var ids = new List<string>();
        foreach (var line in patch.Split('\n').Where(l => l.StartsWith("+++ b/", StringComparison.Ordinal)))
        {
            var relative = line["+++ b/".Length..].TrimEnd('\r', '\t', ' ');
            var path = _edits.Keys.FirstOrDefault(p => p == relative || p.EndsWith($"/{relative}", StringComparison.Ordinal));
            if (path is null)
            {
                path = TrajectoryCommand.Absolute(relative, last?.WorkingDirectory);
                Open(last, path, cause, "changed");
            }

            if (!ids.Contains(IdOf(path)))
            {
                ids.Add(IdOf(path));
            }
        }

        return ids;
    }

    private void Open(TrajectoryStep? step, string path, string cause, string relation)
    {
        _edits[path] = 0;
        var name = $"step-{step?.Number ?? 0}.{relation}:{path}";
        events.Add(name, cause, new ObjectCreated(IdOf(path), "File", new JsonObject { ["path"] = path, ["first_step"] = step?.Number ?? 0, ["edits"] = 0 }));
        Relate($"{name}.relation", name, relation, path);
    }

    private void Edit(TrajectoryStep step, string path, string cause)
    {
        if (!_edits.ContainsKey(path))
        {
            Open(step, path, cause, "opened");
        }

        var count = ++_edits[path];
        var name = $"step-{step.Number}.edited:{path}";
        events.Add(name, cause, new ObjectPatched(IdOf(path), new JsonObject { ["edits"] = count, ["last_edit_step"] = step.Number }));
        if (count == 1)
        {
            Relate($"{name}.relation", name, "edited", path);
        }
    }

    private void Relate(string name, string cause, string type, string path) =>
        events.Add(name, cause, new RelationCreated($"{type}:{path}", type, TrajectoryEvents.TaskId, IdOf(path)));

    private static string IdOf(string path) => $"file:{path}";
}
