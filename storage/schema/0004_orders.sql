-- An export may be asked for before its video is there. When it comes, the scene comes into being that was named then.
CREATE TRIGGER ordered_scenes_come_with_their_video AFTER INSERT ON videos BEGIN
    INSERT INTO scenes (id, video_id, title, start_s, end_s, created_at)
    SELECT scene_id, video_id, title, start_s, end_s, NEW.created_at FROM exports
    WHERE video_id = NEW.id AND status = 'pending'
    AND start_s < NEW.duration_s AND end_s <= NEW.duration_s + 0.1;  -- a render allows for as much
END;
