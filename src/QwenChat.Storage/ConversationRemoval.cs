namespace QwenChat.Storage;

/// <summary>
/// Deletes a conversation, and those of its turns that no other conversation needs. A conversation needs the turns up to its tip, and the undone turns
/// that it wrote.
/// </summary>
internal static class ConversationRemoval
{
    public static async Task<bool> DeleteAsync(SqlSession session, string id)
    {
        var keys = await session.QueryAsync("SELECT key FROM conversation WHERE id = @id" + session.RowLock, reader => reader.GetInt64(0), ("id", id))
            .ConfigureAwait(false);
        if (keys.Count == 0)
            return false;
        var trees = await session.QueryAsync(
            """
            SELECT DISTINCT COALESCE(s.root, s.key) FROM turn t JOIN strand s ON s.key = t.strand
            WHERE t.origin = @key OR t.key = (SELECT tip FROM conversation WHERE key = @key)
            """, reader => reader.GetInt64(0), ("key", keys[0])).ConfigureAwait(false);
        foreach (long tree in trees)
        {
            // Locks all strands of the turn tree, so that no other writer adds turns to them.
            await session.QueryAsync("SELECT key FROM strand WHERE COALESCE(root, key) = @tree" + session.RowLock, reader => reader.GetInt64(0), ("tree", tree))
                .ConfigureAwait(false);
        }
        // Deleting the row also sets turn.origin to NULL in the turns that the conversation wrote (ON DELETE SET NULL).
        await session.ExecuteAsync("DELETE FROM conversation WHERE key = @key", ("key", keys[0])).ConfigureAwait(false);
        foreach (long tree in trees)
            await DeleteUnneededAsync(session, tree).ConfigureAwait(false);
        return true;
    }

    private static async Task DeleteUnneededAsync(SqlSession session, long tree)
    {
        await session.ExecuteAsync(
            """
            WITH RECURSIVE needed (strand, through) AS (
                SELECT t.strand, t.number FROM strand s JOIN turn t ON t.strand = s.key
                WHERE COALESCE(s.root, s.key) = @tree AND (t.origin IS NOT NULL OR EXISTS (SELECT 1 FROM conversation c WHERE c.tip = t.key))
                UNION
                SELECT s.parent, s.fork FROM needed JOIN strand s ON s.key = needed.strand WHERE s.parent IS NOT NULL)
            DELETE FROM turn WHERE strand IN (SELECT key FROM strand WHERE COALESCE(root, key) = @tree)
                AND number > COALESCE((SELECT MAX(through) FROM needed WHERE needed.strand = turn.strand), 0)
            """, ("tree", tree)).ConfigureAwait(false);
        await session.ExecuteAsync(
            "DELETE FROM strand WHERE COALESCE(root, key) = @tree AND NOT EXISTS (SELECT 1 FROM turn WHERE turn.strand = strand.key)", ("tree", tree))
                .ConfigureAwait(false);
    }
}
