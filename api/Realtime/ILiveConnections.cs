namespace OrleansSocial.Realtime;

/// <summary>The live connections of this node, for those who only count them.</summary>
public interface ILiveConnections
{
    /// <summary>How many there are.</summary>
    int Count { get; }
}
