"""The bot's commands, buttons and windows, played through on simcord's Discord."""
