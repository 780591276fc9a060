using System.Globalization;
using Ledger.Seal.Trees;

namespace Ledger.Seal;

/// <summary>The tables of the seal do not fit together, or do not fit a checkpoint that was signed before. Nothing is signed then.</summary>
public sealed class SealBrokenException : Exception
{
    internal SealBrokenException(string message)
        : base(message)
    {
    }

    internal static SealBrokenException OfTile(TileId tile) => new(string.Create(
        CultureInfo.InvariantCulture, $"Tile {tile.Index} of level {tile.Level} of the seal is missing or too short. 'ledger seal audit' says more."));

    internal static SealBrokenException OfChangedTile(TileId tile) => new(string.Create(
        CultureInfo.InvariantCulture,
        $"Tile {tile.Index} of level {tile.Level} of the seal, or the checkpoint, was changed, and what is below it does not lead to the checkpoint either. 'ledger seal audit' says more."));
}
