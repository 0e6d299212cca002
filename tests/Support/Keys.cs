namespace OrleansSocial.Support;

/// <summary>Keys of clusters, known to a test.</summary>
internal static class Keys
{
    /// <summary>The key of one cluster; another number is another cluster.</summary>
    public static ClusterKey Of(byte cluster)
    {
        var secret = new byte[ClusterKey.SecretBytes];
        Array.Fill(secret, cluster);
        var key = new ClusterKey();
        key.Hold(secret);
        return key;
    }
}
